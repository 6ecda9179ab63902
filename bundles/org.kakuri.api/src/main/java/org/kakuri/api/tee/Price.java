package org.kakuri.api.tee;

/**
 * What one event costs on one platform.
 *
 * @param ns nanoseconds per event
 * @param nsPerByte nanoseconds per byte moved, added to {@code ns}
 * @param low lower end of what the source reports, in ns
 * @param high upper end of what the source reports, in ns
 * @param citation where the figure stands: document, version, page or URL path
 * @param verified whether the figure was read at its source
 * @param note what the figure does not include; may be empty
 */
public record Price(double ns, double nsPerByte, double low, double high, String citation, boolean verified,
        String note) {

    /** Refuses prices that no platform can have. */
    public Price {
        if (!(ns >= 0) || !(nsPerByte >= 0) || !(low >= 0) || !(high >= low)) {
            throw new IllegalArgumentException(
                    "not a price: ns=%s, nsPerByte=%s, low=%s, high=%s".formatted(ns, nsPerByte, low, high));
        }
        if (citation.isBlank()) {
            throw new IllegalArgumentException("a price needs a citation; leave the event unset instead");
        }
    }
}
