#!/bin/sh
# Quarto is optional: its package downloads a binary while it builds, which not every network allows.
if quarto --version >/dev/null 2>&1; then
  exit 0
fi
if timeout 180 pip install --quiet --disable-pip-version-check quarto-cli >/dev/null 2>&1 \
  && quarto --version >/dev/null 2>&1; then
  echo "Installed Quarto $(quarto --version)."
else
  pip uninstall --quiet --yes quarto-cli >/dev/null 2>&1
  echo "Quarto could not be installed; the report is rendered by smalldocs instead."
fi
exit 0
