package org.kakuri.tck.internal.runtime;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Machine;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.internal.Expect;

/** What a runtime says of itself. */
final class SelfChecks {
    private static final BackendInfo STRANGE = new BackendInfo("tck-strange", "a backend nobody knows", Machine.ANY,
            BackendInfo.Inner.GUEST_KERNEL, Set.of(), Map.of(), Optional.empty(), Map.of(), Map.of(), List.of());

    private SelfChecks() {}

    static List<Check<RuntimeSubject>> all() {
        return new DeskRules("info")
                .add("name", "The name is lower case, the title one line, and some kind of image is run.",
                        SelfChecks::name)
                .add("constant", "info() gives the same answer each time.",
                        desk -> Expect.equal(desk.runtime().info(), desk.runtime().info(), "info() asked twice"))
                .add("meanings", "Every option has a meaning, the memory limit is positive.", desk -> {
                    RuntimeInfo info = desk.runtime().info();
                    Expect.that(info.memoryLimit() > 0, "memory limit is %d", info.memoryLimit());
                    info.options()
                            .forEach((option, meaning) -> Expect.that(!meaning.isBlank(),
                                    "option %s has no meaning", option));
                })
                .add("cell", "cell() explains each backend, also one it never heard of.", SelfChecks::cell)
                .all();
    }

    private static void name(Desk desk) {
        RuntimeInfo info = desk.runtime().info();
        Expect.that(info.name().matches("[a-z][a-z0-9-]*"), "not a name that commands take: %s", info.name());
        Expect.that(!info.title().isBlank() && info.title().lines().count() == 1, "not a title of one line: %s",
                info.title());
        Expect.that(!info.images().isEmpty(), "it runs no kind of image");
    }

    private static void cell(Desk desk) throws Exception {
        for (BackendInfo backend : List.of(desk.backend(), STRANGE)) {
            Cell cell = desk.runtime().cell(backend);
            Expect.that(!cell.meaning().isBlank(), "nothing is said of backend %s", backend.name());
        }
        if (!desk.runtime().cell(desk.backend()).applicable()) {
            Expect.refused("open() on a backend that is N/A", () -> desk.open(Program.RETURNS), Unsupported.class);
        }
    }
}
