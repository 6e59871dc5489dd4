"""How training goes: the loss around the weights, gradients, activations, layer by layer."""
