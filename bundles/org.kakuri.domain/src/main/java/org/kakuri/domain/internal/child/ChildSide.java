package org.kakuri.domain.internal.child;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.api.tee.EventTraces;
import org.kakuri.domain.internal.closure.JarStore;
import org.kakuri.domain.internal.wire.FrameSocket;
import org.kakuri.domain.internal.wire.Message;
import org.kakuri.domain.internal.wire.WireCodec;
import org.kakuri.platform.linux.Fd;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Serves the parent of this process. Becomes active only in a domain host: there the launcher registers the arguments it was
 * given, the first of which is the number of the control socket.
 */
@Component(immediate = true, service = {})
public final class ChildSide {
    /** Absent where no machine model is. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile EventTraces traces;

    /** Starts serving. */
    @Activate
    public ChildSide(BundleContext context,
            @Reference(target = "(kakuri.domain.arguments=*)") Supplier<String[]> arguments,
            @Reference Workbench workbench) {
        Fd control = Fd.own(Integer.parseInt(arguments.get()[0]));
        control.setCloseOnExec(true);
        BundleContext framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext();
        ControlLoop loop = new ControlLoop(new FrameSocket(control, new WireCodec()), workbench,
                installed(context), () -> traces, () -> stop(framework));
        Thread thread = new Thread(loop, "kakuri-domain-control");
        thread.setDaemon(true);
        thread.start();
    }

    private static List<Message.Jar> installed(BundleContext context) {
        List<Message.Jar> jars = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getBundleId() == Constants.SYSTEM_BUNDLE_ID) {
                continue;
            }
            Path file = JarStore.file(bundle.getLocation());
            try {
                jars.add(file == null ? new Message.Jar(bundle.getLocation(), "not a file")
                        : new Message.Jar(file.toString(), JarStore.sha256(file)));
            } catch (IOException e) {
                jars.add(new Message.Jar(file.toString(), "cannot be read: " + e));
            }
        }
        return jars;
    }

    private static void stop(BundleContext framework) {
        try {
            framework.getBundle().stop();
        } catch (BundleException | IllegalStateException e) {
            Runtime.getRuntime().halt(1);
        }
    }
}
