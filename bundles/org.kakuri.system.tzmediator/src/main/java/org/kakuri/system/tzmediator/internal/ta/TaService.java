package org.kakuri.system.tzmediator.internal.ta;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.kakuri.api.UsageError;
import org.kakuri.api.runtime.Workbench;
import org.kakuri.system.tzmediator.shadow.TaSockets;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;

/** Takes requests to start TAs in a workbench that stays, which is where the launcher offers its listener; elsewhere nothing. */
@Component(immediate = true, service = TaService.class)
public final class TaService {
    /** Framework property. Integer, seconds. A workbench with nothing to do for so long ends. Default: never. */
    static final String IDLE = "kakuri.ta.idle";
    /** Framework property. Path of the folder whose workbench this is. */
    static final String HOME = "kakuri.home";
    /** Framework property. Path of the workspace. */
    static final String WORKSPACE = "kakuri.workspace";

    private static final System.Logger LOG = System.getLogger(TaService.class.getName());

    private final Optional<TaServer> server;

    /**
     * Listens from now on, or never.
     *
     * @param staying the launcher's word that this framework stays; null in one that does not
     * @throws IOException if there is no place for the socket
     */
    @Activate
    public TaService(@Reference Workbench workbench,
            @Reference(target = "(kakuri.listener=true)", cardinality = ReferenceCardinality.OPTIONAL) LongSupplier staying,
            BundleContext context) throws IOException {
        this.server = staying == null ? Optional.empty()
                : Optional.of(new TaServer(workbench,
                        new TaRegistry(Path.of(property(context, WORKSPACE, "workspace"))),
                        socket(context),
                        Duration.ofSeconds(Long.parseLong(property(context, IDLE, "0"))), () -> stop(context)));
    }

    /** The framework's cache lies in the private directory of the workbench. */
    private static Path socket(BundleContext context) {
        Path directory = Path.of(context.getProperty(Constants.FRAMEWORK_STORAGE)).getParent();
        return TaSockets.of(Path.of(property(context, HOME, "."))).in(directory, System.currentTimeMillis());
    }

    private static String property(BundleContext context, String name, String otherwise) {
        String value = context.getProperty(name);
        return value == null || value.isBlank() ? otherwise : value;
    }

    private static void stop(BundleContext context) {
        try {
            context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
        } catch (BundleException e) {
            LOG.log(System.Logger.Level.ERROR, "the workbench does not end", e);
        }
    }

    /** Returns the TAs that run, by shadow, then the last ones that were ended because their shadow lied. */
    public List<RunningTa> running() {
        return server.map(TaServer::running).orElse(List.of());
    }

    /**
     * Kills a TA and its shadow.
     *
     * @param shadow number of the shadow process
     * @return what was killed
     * @throws UsageError if no TA has that shadow
     */
    public RunningTa kill(int shadow) {
        return server.orElseThrow(() -> new UsageError("no TA runs in this process", "start a workbench")).kill(shadow);
    }

    /** Ends all TAs and listens no more. */
    @Deactivate
    void stop() {
        server.ifPresent(TaServer::close);
    }
}
