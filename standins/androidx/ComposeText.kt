package androidx.compose.ui.text

public class TextStyle
