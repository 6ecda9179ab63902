package org.kakuri.system.tzmediator.internal.process;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kakuri.platform.linux.Pipe;

/** A way in which processes exchange bytes over descriptors. */
public interface Mechanism {
    /** Every mechanism there is; a new one is a row here. */
    Map<String, Mechanism> ALL = List.of(pipe())
            .stream()
            .collect(Collectors.toUnmodifiableMap(Mechanism::name, Function.identity()));

    /** Returns what the parameter {@code mechanism} calls it. */
    String name();

    /** Opens a channel for messages of up to the given bytes. */
    Channel open(int messageBytes);

    /** Two anonymous pipes, pipe(7). */
    private static Mechanism pipe() {
        return new Mechanism() {
            @Override
            public String name() {
                return "pipe";
            }

            @Override
            public Channel open(int messageBytes) {
                Pipe there = Pipe.open();
                try {
                    Pipe back = Pipe.open();
                    return new Channel(back.reader(), there.writer(), there.reader(), back.writer());
                } catch (RuntimeException e) {
                    there.close();
                    throw e;
                }
            }
        };
    }
}
