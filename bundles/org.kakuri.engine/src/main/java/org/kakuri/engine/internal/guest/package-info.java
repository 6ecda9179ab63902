/**
 * Experiments around a program, as an experiment file describes them: each sample comes from a run of a guest in a leased
 * session. Does not know how the description was written.
 */
package org.kakuri.engine.internal.guest;
