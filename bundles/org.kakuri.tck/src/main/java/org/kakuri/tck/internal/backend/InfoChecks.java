package org.kakuri.tck.internal.backend;

import java.util.List;
import java.util.Map;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.Capability;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.internal.Expect;

/** What a backend says of itself. */
final class InfoChecks {
    private InfoChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("info")
                .add("name", "The name is lower case, as commands take it, and the title is one line.",
                        InfoChecks::name)
                .add("constant", "info() gives the same answer each time.",
                        rig -> Expect.equal(rig.backend().info(), rig.backend().info(), "info() asked twice"))
                .add("evidence", "A format of evidence is named if, and only if, instances attest.",
                        rig -> Expect.equal(rig.has(Capability.ATTEST), rig.info().evidenceFormat().isPresent(),
                                "whether a format of evidence is named"))
                .add("meanings", "Every event and every operation has a meaning, every limit is positive.",
                        InfoChecks::meanings)
                .add("extension", "An extension that nobody knows is empty, not an error.",
                        rig -> Expect.that(rig.backend().extension(Unknown.class).isEmpty(),
                                "an extension was given out that cannot exist"))
                .all();
    }

    private interface Unknown {}

    private static void name(Rig rig) {
        BackendInfo info = rig.info();
        Expect.that(info.name().matches("[a-z][a-z0-9-]*"), "not a name that commands take: %s", info.name());
        Expect.that(!info.title().isBlank() && info.title().lines().count() == 1, "not a title of one line: %s",
                info.title());
    }

    private static void meanings(Rig rig) {
        worded(rig.info().events(), "event");
        worded(rig.info().operations(), "operation");
        rig.info().limits().forEach((limit, value) -> Expect.that(value > 0, "limit %s is %d", limit, value));
    }

    private static void worded(Map<String, String> words, String what) {
        words.forEach((name, meaning) -> Expect.that(!name.isBlank() && !meaning.isBlank(), "%s %s has no meaning",
                what, name));
    }
}
