package org.kakuri.engine.internal.run;

/** Implemented by an arm that may give more samples than it is asked for, all of which count. */
public interface Batches {}
