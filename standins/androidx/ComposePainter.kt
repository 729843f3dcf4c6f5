package androidx.compose.ui.graphics.painter

public abstract class Painter
