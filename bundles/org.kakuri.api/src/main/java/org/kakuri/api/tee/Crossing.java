package org.kakuri.api.tee;

/**
 * Architectural events that one I/O causes.
 *
 * @param event name of the event
 * @param count how often
 * @param bytes bytes moved by it
 */
public record Crossing(String event, long count, long bytes) {}
