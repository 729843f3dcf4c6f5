"""`squeezesam-eval`: the field's protocols for weights, exported bundles and simple baselines."""
