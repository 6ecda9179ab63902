package org.kakuri.launcher;

import java.io.PrintStream;
import java.util.Map;
import java.util.function.ToIntBiFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Executes commands in a framework. The shell bundle serves that under a type of the JDK, so that no package of Kakuri is
 * shared with the class path.
 */
final class Commands implements LiveServer.Executor {

    private final Container container;

    Commands(Container container) {
        this.container = container;
    }

    /** Executes a command of this process, with the process's own streams. */
    int execute(String... words) throws BundleException {
        return execute(service(), words, Map.of("stackTrace", Errors.stackTraces()));
    }

    @Override
    public int execute(String[] words, Map<String, Object> call) {
        try {
            return execute(service(), words, call);
        } catch (BundleException | IllegalStateException e) {
            ((PrintStream) call.get("err")).println("kakuri: the workbench cannot execute " + words[0] + " now: "
                    + Errors.reason(e));
            return Errors.FAILED;
        }
    }

    @Override
    public boolean awaitIfStopping() throws InterruptedException {
        return container.awaitIfStopping();
    }

    @SuppressWarnings("unchecked")
    private int execute(ServiceReference<?> found, String[] words, Map<String, Object> call) {
        BundleContext context = container.context();
        var service = (ToIntBiFunction<String[], Map<String, Object>>) context.getService(found);
        if (service == null) {
            throw new IllegalStateException("its shell bundle has just stopped");
        }
        return service.applyAsInt(words, call);
    }

    private ServiceReference<?> service() throws BundleException {
        try {
            ServiceReference<?>[] found = container.context()
                    .getServiceReferences(ToIntBiFunction.class.getName(), "(" + IndexWriter.ONE_SHOT + "=true)");
            if (found == null) {
                throw new BundleException("no bundle serves one-shot commands (" + ToIntBiFunction.class.getName()
                        + " with " + IndexWriter.ONE_SHOT + "=true)");
            }
            return found[0];
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
