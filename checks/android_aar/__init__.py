"""The Android library as AARs in a Maven layout."""
