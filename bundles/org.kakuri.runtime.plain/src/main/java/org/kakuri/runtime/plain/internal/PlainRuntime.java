package org.kakuri.runtime.plain.internal;

import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import org.kakuri.api.Observability;
import org.kakuri.api.Refused;
import org.kakuri.api.Unsupported;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Cell;
import org.kakuri.api.runtime.IsolationRuntime;
import org.kakuri.api.runtime.RuntimeImage;
import org.kakuri.api.runtime.RuntimeInfo;
import org.kakuri.api.runtime.RuntimeSession;
import org.kakuri.api.runtime.SessionSpec;
import org.kakuri.api.tee.BackendInfo;
import org.kakuri.api.tee.BackendLease;
import org.kakuri.api.tee.Capability;
import org.osgi.service.component.annotations.Component;

/**
 * Runs programs as what they are: ordinary processes of this machine. The baseline of comparisons and the positive control of
 * attacks; it isolates nothing and takes no instance.
 */
@Component(immediate = true, property = IsolationRuntime.NAME + "=plain")
public final class PlainRuntime implements IsolationRuntime {
    /** Name of the one event that is known to occur and not seen. */
    static final String SYSTEM_CALL = "syscall";

    private static final RuntimeInfo INFO = new RuntimeInfo("plain", "an ordinary process, no isolation",
            Set.of(RuntimeImage.Kind.PROGRAM), Set.of(), Long.MAX_VALUE,
            Map.of(SYSTEM_CALL, Observability.UNOBSERVED), Map.of());

    @Override
    public RuntimeInfo info() {
        return INFO;
    }

    @Override
    public Cell cell(BackendInfo backend) {
        boolean protects = backend.capabilities().contains(Capability.CONFIDENTIALITY)
                || backend.capabilities().contains(Capability.INTEGRITY);
        return protects
                ? Cell.notApplicable("an ordinary process lives outside every instance of " + backend.name())
                : Cell.of("an ordinary Linux process");
    }

    @Override
    public RuntimeSession open(BackendLease backend, RuntimeImage image, SessionSpec spec) {
        Cell cell = cell(backend.info());
        if (!cell.applicable()) {
            throw new Unsupported("runtime plain on backend " + backend.info().name() + ": " + cell.meaning(),
                    "use a backend that protects nothing, or another runtime");
        }
        if (!(spec.hostCalls() instanceof SessionSpec.Local)) {
            throw new Unsupported("an ordinary process makes its system calls itself; they cannot be mediated",
                    "open the session with local host calls");
        }
        if (!spec.options().isEmpty()) {
            throw new UsageError("unknown options for runtime plain: " + spec.options().keySet(), "it has none");
        }
        if (!INFO.images().contains(image.kind())) {
            throw new Refused("runtime plain runs no image of kind %s: %s".formatted(image.kind(), image.path()),
                    "give it an executable");
        }
        if (!Files.isRegularFile(image.path()) || !Files.isExecutable(image.path())) {
            throw new Refused("%s is not an executable file".formatted(image.path()),
                    "check the path and chmod +x it");
        }
        return new PlainSession(image, spec.name());
    }
}
