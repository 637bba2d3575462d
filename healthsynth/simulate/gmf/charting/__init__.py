"""From what states of modules in Synthea's format write to the chart, to the concepts and events that exporters know."""
