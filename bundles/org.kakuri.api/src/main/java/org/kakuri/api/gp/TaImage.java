package org.kakuri.api.gp;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * A trusted application as it is installed.
 *
 * @param properties its properties
 * @param bytes what is loaded into secure memory and measured; stands for the code
 * @param code makes the Java code of one instance
 */
public record TaImage(TaProperties properties, byte[] bytes, Supplier<TrustedApplication> code) {
    /** Copies the bytes and refuses an empty image. */
    public TaImage {
        Objects.requireNonNull(properties);
        Objects.requireNonNull(code);
        bytes = bytes.clone();
        if (bytes.length == 0) {
            throw new IllegalArgumentException("a trusted application needs an image");
        }
    }

    /** Returns a copy of the bytes. */
    @Override
    public byte[] bytes() {
        return bytes.clone();
    }
}
