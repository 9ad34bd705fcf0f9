{$puqFragment nofilter}
