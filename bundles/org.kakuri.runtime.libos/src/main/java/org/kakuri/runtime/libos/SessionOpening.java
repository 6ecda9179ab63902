package org.kakuri.runtime.libos;

import java.util.Optional;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.runtime.libos.image.ProgramClosure;
import org.kakuri.runtime.libos.paging.GuestPaging;
import org.kakuri.runtime.libos.shield.Shields;

/** Opens sessions of a library operating system: what all of them check and undo. */
public final class SessionOpening {
    private SessionOpening() {}

    /** Makes what is special about a runtime. */
    @FunctionalInterface
    public interface Maker {
        /**
         * Makes it.
         *
         * @param program the program, if the image is a single one
         * @param root where programs are
         * @param clock counts the time of it
         */
        Personality make(Optional<ProgramClosure> program, SessionRoot root, PhaseClock clock);
    }

    /**
     * Opens a session.
     *
     * @throws Refused if the image is bad; nothing remains
     * @throws Unsupported if something is not possible on this machine; nothing remains
     */
    public static RuntimeSession open(RuntimeInfo info, BackendLease backend, RuntimeImage image, SessionSpec spec,
            SessionOptions options, ServedTrees trees, Maker maker) {
        if (!System.getProperty("os.arch").equals("amd64")) {
            throw new Unsupported("runtime %s runs programs for x86-64 only, and this machine is %s".formatted(
                    info.name(), System.getProperty("os.arch")), "use runtime wasm");
        }
        if (!(spec.hostCalls() instanceof SessionSpec.Local)) {
            throw new Unsupported("runtime %s makes system calls itself; they cannot be mediated".formatted(
                    info.name()), "open the session with local host calls");
        }
        if (!info.images().contains(image.kind())) {
            throw new Refused("runtime %s runs no image of kind %s: %s".formatted(info.name(), image.kind(),
                    image.path()), "give it an executable, a folder, a tar file or an OCI layout");
        }
        if (options.observed()) {
            GuestPaging.require();
        }
        var shields = new Shields(options.shields());
        var clock = new PhaseClock();
        clock.turn(PhaseClock.Phase.HARNESS);
        SessionRoot root = SessionRoot.open(image);
        try {
            Optional<ProgramClosure> program = image.kind() == RuntimeImage.Kind.PROGRAM
                    ? Optional.of(new Programs(root.folder()).of(image.path().toString()))
                    : Optional.empty();
            return new LibOsSession(spec, backend, maker.make(program, root, clock), options, root, trees,
                    shields, clock);
        } catch (RuntimeException e) {
            root.close();
            throw e;
        }
    }
}
