package org.kakuri.api.tee;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a backend is; crosses process borders.
 *
 * @param name unique, lower case: what {@code tee:use} takes
 * @param title one line
 * @param architecture {@link Machine#ARM} and so on
 * @param inner what runs at the top of an instance
 * @param capabilities what it can do
 * @param limits named limits with their values, for example {@code secure.memory.bytes}
 * @param evidenceFormat media type of its evidence, empty if it makes none
 * @param events the architectural events it counts, with what each means
 * @param operations what the service's operations are on this architecture, by name ({@code create} to {@code evidence})
 * @param sources the specifications its rules come from, with edition
 */
public record BackendInfo(String name, String title, String architecture, Inner inner, Set<Capability> capabilities,
        Map<String, Long> limits, Optional<String> evidenceFormat, Map<String, String> events,
        Map<String, String> operations, List<String> sources) {

    /** Copies the collections. */
    public BackendInfo {
        capabilities = Set.copyOf(capabilities);
        limits = Map.copyOf(limits);
        events = Map.copyOf(events);
        operations = Map.copyOf(operations);
        sources = List.copyOf(sources);
    }

    /**
     * Returns the events by which an instance is entered and left, sorted: those of {@link #events} that the operations {@code run} and
     * {@code host call} are made of. Empty where nothing is crossed.
     */
    public List<String> crossings() {
        return Stream.of("run", "host call")
                .flatMap(operation -> Stream.of(operations.getOrDefault(operation, "").split("[^A-Za-z0-9_]+")))
                .filter(events::containsKey)
                .distinct()
                .sorted()
                .toList();
    }

    /** What stands at the top of an instance and therefore decides which calls leave it. */
    public enum Inner {
        /** A user program: every system call leaves (SGX; also the unprotected baseline, where nothing is left). */
        USER,
        /** The operating system of trusted applications: serves what it can, asks the other world for the rest. */
        TA_OS,
        /** A guest kernel: only device kicks and interrupts leave. */
        GUEST_KERNEL
    }
}
