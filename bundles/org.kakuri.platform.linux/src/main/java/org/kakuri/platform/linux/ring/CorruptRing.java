package org.kakuri.platform.linux.ring;

/** A ring holds what its layout forbids: a bug or an attack of the peer. Nothing was acted upon. */
public final class CorruptRing extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final long value;

    /**
     * @param field which field
     * @param value what it held when it was copied
     * @param rule  what it must satisfy
     */
    public CorruptRing(String field, long value, String rule) {
        super("peer broke the ring: " + field + "=" + value + ", must be " + rule + "; do not use the ring again");
        this.field = field;
        this.value = value;
    }

    /** Which field. */
    public String field() {
        return field;
    }

    /** What it held when it was copied. */
    public long value() {
        return value;
    }
}
