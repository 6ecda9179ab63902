package org.kakuri.tck.internal.runtime;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.kakuri.api.KakuriException;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.tck.Check;
import org.kakuri.tck.RuntimeSubject;
import org.kakuri.tck.internal.Expect;
import org.kakuri.tck.internal.Leftovers;

/** Which sessions open. */
final class OpenChecks {
    private OpenChecks() {}

    static List<Check<RuntimeSubject>> all() {
        return new DeskRules("open")
                .add("cut-off", "An image that was cut off is refused, by open() or at the latest by spawn().",
                        desk -> Expect.refused("an image that was cut off",
                                () -> desk.open(Program.CUT_OFF).spawn(Desk.command()), Refused.class))
                .add("missing", "An image that does not exist is refused.",
                        desk -> Expect.refused("an image that does not exist", () -> desk.open(
                                new RuntimeImage(desk.kind(), desk.folder().resolve("none")), Desk.spec()),
                                Refused.class))
                .add("kind", "Images of kinds that it does not run are refused.", OpenChecks::kinds)
                .add("memory", "An image that wants more memory than the session may have is refused.",
                        desk -> Expect.refused("an image that wants 4 GiB in a session of 4 MiB",
                                () -> desk.open(Program.WANTS_4_GIB), Refused.class, Unsupported.class))
                .add("option", "An option that it does not know is refused, by name.", OpenChecks::option)
                .add("leaves-nothing", "A session that was refused leaves nothing behind.", OpenChecks::leavesNothing)
                .all();
    }

    private static void kinds(Desk desk) throws IOException {
        RuntimeImage image = desk.image(Program.RETURNS);
        for (RuntimeImage.Kind kind : RuntimeImage.Kind.values()) {
            if (!desk.runtime().info().images().contains(kind)) {
                Expect.refused("an image of kind " + kind,
                        () -> desk.open(new RuntimeImage(kind, image.path()), Desk.spec()), Refused.class,
                        Unsupported.class);
            }
        }
    }

    /** Takes what open() itself refuses: some runtimes look into an image only when it is started. */
    private static void leavesNothing(Desk desk) throws IOException {
        RuntimeImage cut = desk.image(Program.CUT_OFF);
        var missing = new RuntimeImage(desk.kind(), desk.folder().resolve("none"));
        RuntimeImage bad = refuses(desk, cut) ? cut : missing;
        Leftovers.of(() -> Expect.that(refuses(desk, bad), "a bad image was not refused: %s", bad));
    }

    private static boolean refuses(Desk desk, RuntimeImage image) {
        return Expect.thrownBy(() -> desk.end(desk.open(image, Desk.spec()))) != null;
    }

    private static void option(Desk desk) throws IOException {
        String option = "tck.no-such-option";
        SessionSpec plain = Desk.spec();
        var spec = new SessionSpec(plain.name(), plain.placement(), plain.memoryBytes(), plain.pricing(),
                plain.hostCalls(), Map.of(option, "1"));
        RuntimeImage image = desk.image(Program.RETURNS);
        Throwable thrown = Expect.thrownBy(() -> {
            RuntimeSession session = desk.open(image, spec);
            desk.end(session);
        });
        Expect.that(thrown instanceof KakuriException && thrown.getMessage().contains(option),
                "opening with the option %s: %s", option, thrown);
    }
}
