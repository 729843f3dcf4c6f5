"""The trained weights that ship with squeezesam; `squeezesam_model` finds and loads them."""
