package org.kakuri.api.runtime;

/**
 * A file descriptor of this process inside a record. Where the record crosses a process border the descriptor is passed along
 * and the number is replaced by the receiver's; the sender keeps his own.
 *
 * @param number descriptor number in the process that holds this record
 */
public record Descriptor(int number) {
    /** Refuses negative numbers. */
    public Descriptor {
        if (number < 0) {
            throw new IllegalArgumentException("not a descriptor: " + number);
        }
    }
}
