package org.kakuri.system.tzmediator.internal.process;

import java.util.List;
import org.kakuri.system.tzmediator.ca.DarknetClient;
import org.kakuri.system.tzmediator.ca.JavaClient;

/** A folder of {@code workspace/guests} with a CA in C and TAs. */
public enum GuestFolder {
    /** Ping-pong. */
    TZ("tz", List.of("-O2"), List.of("ca.c"), List.of("pingpong.h"), JavaClient.class),
    /** A network split in two; its results must not depend on how it is optimised. */
    DARKNET("darknet", List.of("-O3", "-ffp-contract=off"), List.of("ca_darknet.c", "split.c", "lenet.c"),
            List.of("split.h", "lenet.h"), DarknetClient.class);

    private final String folder;
    private final List<String> flags;
    private final List<String> sources;
    private final List<String> headers;
    private final Class<?> twin;

    /**
     * @param folder its name
     * @param flags how the CA is compiled
     * @param sources what it is compiled from, the main program first
     * @param headers what these include
     * @param twin plays the CA where there is no compiler
     */
    GuestFolder(String folder, List<String> flags, List<String> sources, List<String> headers, Class<?> twin) {
        this.folder = folder;
        this.flags = flags;
        this.sources = sources;
        this.headers = headers;
        this.twin = twin;
    }

    String folder() {
        return folder;
    }

    List<String> flags() {
        return flags;
    }

    List<String> sources() {
        return sources;
    }

    List<String> headers() {
        return headers;
    }

    Class<?> twin() {
        return twin;
    }
}
