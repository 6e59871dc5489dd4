"""What images can be embedded by, as settings and tables name it."""

NETWORK = "efficientnet_lite0"
DESCRIPTOR = "descriptor"  # of colours and gradients, where the network's weights are missing
