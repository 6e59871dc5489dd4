"""What can turn images into vectors, by name."""

NETWORK = "efficientnet_lite0"
DESCRIPTOR = "descriptor"  # of colours and gradients, where the network's weights are missing
