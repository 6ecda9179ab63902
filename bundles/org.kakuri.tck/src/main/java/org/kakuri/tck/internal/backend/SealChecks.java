package org.kakuri.tck.internal.backend;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.kakuri.api.Refused;
import org.kakuri.api.tee.Capability;
import org.kakuri.api.tee.Machine;
import org.kakuri.tck.BackendSubject;
import org.kakuri.tck.Check;
import org.kakuri.tck.Skipped;
import org.kakuri.tck.internal.Expect;

/** Who opens what was sealed. */
final class SealChecks {
    private static final int CODE = 1;
    private static final int OTHER_CODE = 2;
    private static final byte[] LABEL = text("label");
    private static final byte[] PLAIN = text("what is sealed here, long enough to be found in a dump");

    private SealChecks() {}

    static List<Check<BackendSubject>> all() {
        return new Rules("seal")
                .add("round-trip", "The same code in another instance on the same machine opens what was sealed.",
                        rig -> Expect.bytes(PLAIN, unseal(rig, rig.machine(), CODE, LABEL, sealed(rig)),
                                "what was unsealed"),
                        Capability.SEAL)
                .add("hidden", "What is sealed cannot be read from the result.",
                        rig -> Expect.that(!new String(sealed(rig), StandardCharsets.ISO_8859_1).contains(
                                new String(PLAIN, StandardCharsets.ISO_8859_1)),
                                "the sealed bytes show the plain ones"),
                        Capability.SEAL)
                .add("other-code", "Other code does not open it.",
                        rig -> refused(rig, rig.machine(), OTHER_CODE, LABEL, good(rig), "other code"),
                        Capability.SEAL)
                .add("other-machine", "The same code on another machine does not open it.",
                        rig -> refused(rig, rig.otherMachine(), CODE, LABEL, good(rig), "another machine"),
                        Capability.SEAL)
                .add("other-label", "It does not open under another label.",
                        rig -> refused(rig, rig.machine(), CODE, text("lapel"), good(rig), "another label"),
                        Capability.SEAL)
                .add("changed", "It does not open with one bit changed, in whichever byte, nor cut, nor empty.",
                        SealChecks::changed, Capability.SEAL)
                .all();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sealed(Rig rig) throws Exception {
        return rig.inside(rig.machine(), CODE, Rig.ANYBODY, inside -> inside.sealing().seal(LABEL, PLAIN));
    }

    private static byte[] unseal(Rig rig, Machine machine, int code, byte[] label, byte[] sealed) throws Exception {
        return rig.inside(machine, code, Rig.ANYBODY, inside -> inside.sealing().unseal(label, sealed));
    }

    /** Returns something sealed that opens: without it, refusals show nothing. */
    private static byte[] good(Rig rig) throws Exception {
        byte[] sealed = sealed(rig);
        Throwable thrown = Expect.thrownBy(() -> unseal(rig, rig.machine(), CODE, LABEL, sealed));
        if (thrown != null) {
            throw new Skipped("nothing opens at all: see seal.round-trip");
        }
        return sealed;
    }

    private static void refused(Rig rig, Machine machine, int code, byte[] label, byte[] sealed, String what) {
        Expect.refused("unsealing by " + what, () -> unseal(rig, machine, code, label, sealed), Refused.class);
    }

    private static void changed(Rig rig) throws Exception {
        byte[] sealed = good(rig);
        rig.inside(rig.machine(), CODE, Rig.ANYBODY, inside -> {
            for (int at = 0; at < sealed.length; at++) {
                byte[] other = sealed.clone();
                other[at] ^= (byte) (1 << at % 8);
                Expect.refused("a changed bit in byte " + at, () -> inside.sealing().unseal(LABEL, other),
                        Refused.class);
            }
            for (int length : new int[] {0, 1, sealed.length - 1}) {
                byte[] cut = java.util.Arrays.copyOf(sealed, length);
                Expect.refused("sealed bytes cut to " + length, () -> inside.sealing().unseal(LABEL, cut),
                        Refused.class);
            }
            return 0;
        });
    }
}
