package org.kakuri.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * A framework in this process and its private cache. Closing stops it and deletes the cache, once, from whichever thread
 * comes first: the main one, or the hook that runs when the process is told to end.
 */
final class Container implements AutoCloseable {

    /**
     * System property: this run makes the JVM's AOT cache. The framework then stays as it is to the end: the JVM writes
     * the classes that are alive when it exits, and those of a stopped bundle are not.
     */
    static final String TRAINING = "kakuri.training";

    private static final long STOP_MILLIS = 10_000;
    private static final List<Container> LEAKED = new ArrayList<>();

    private final RunDirectory directory;
    private final Framework framework;
    private LiveServer live;
    private Guardian guardian;
    private boolean closed;

    private Container(RunDirectory directory, Framework framework) {
        this.directory = directory;
        this.framework = framework;
    }

    /**
     * Makes a framework that has no bundles and is not started.
     *
     * @param properties framework properties beside those every container gets
     */
    static Container create(Map<String, String> properties) throws IOException, BundleException {
        RunDirectory directory = RunDirectory.open(Path.of(System.getProperty("java.io.tmpdir")));
        Map<String, String> configuration = new HashMap<>(properties);
        configuration.put(Constants.FRAMEWORK_STORAGE, directory.path().resolve("cache").toString());
        configuration.put("felix.cache.locking", "false");
        configuration.put("ds.loglevel", "error");
        // An update installs the new bundle beside the old one.
        configuration.put(Constants.FRAMEWORK_BSNVERSION, Constants.FRAMEWORK_BSNVERSION_MULTIPLE);
        // A few dozen bundles are resolved before a second thread has started.
        configuration.put("felix.resolver.parallelism", "1");
        Framework framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no OSGi framework on the class path"))
                .newFramework(configuration);
        Container container = new Container(directory, framework);
        Runtime.getRuntime().addShutdownHook(new Thread(container::close, "kakuri-stop"));
        framework.init();
        return container;
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /**
     * Installs the jars in place, without copying them, and starts the framework and them in this order.
     *
     * @return what did not start, a line each
     */
    List<String> start(List<Path> jars) throws BundleException {
        List<Bundle> bundles = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Path jar : jars) {
            try {
                bundles.add(context().installBundle("reference:" + jar.toUri()));
            } catch (BundleException e) {
                failures.add(jar + " cannot be installed: " + Errors.reason(e));
            }
        }
        framework.start();
        for (Bundle bundle : bundles) {
            try {
                if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
                    bundle.start(Bundle.START_TRANSIENT);
                }
            } catch (BundleException e) {
                failures.add("bundle " + bundle.getSymbolicName() + " does not start: " + Errors.reason(e));
            }
        }
        return failures;
    }

    /** Returns when the framework is stopped from inside. */
    void awaitStop() throws InterruptedException {
        framework.waitForStop(0);
    }

    /** Has a process look after what this one starts, should it be killed. */
    synchronized void guard() throws IOException {
        guardian = Guardian.start(directory.path());
    }

    /** Lets other processes hand in commands until this is closed. */
    synchronized LiveServer listen(LiveSockets sockets) throws IOException {
        live = LiveServer.start(sockets, new Commands(this));
        return live;
    }

    /** Returns at once, or when the framework has stopped if it is stopping, and tells which. */
    boolean awaitIfStopping() throws InterruptedException {
        boolean stopping = framework.getState() != Bundle.ACTIVE;
        if (stopping) {
            framework.waitForStop(STOP_MILLIS);
        }
        return stopping;
    }

    private void leak() {
        LEAKED.add(this);
        try {
            directory.close();
        } catch (IOException e) {
            System.err.println("kakuri: cannot delete " + directory.path() + ": " + Errors.reason(e));
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (Boolean.getBoolean(TRAINING)) {
            leak();
            return;
        }
        stopListening();
        Guardian last = guardian;
        try (directory; last) {
            stopFramework();
        } catch (IOException e) {
            System.err.println("kakuri: cannot delete " + directory.path() + ": " + Errors.reason(e));
        }
    }

    private void stopFramework() {
        try {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
            if (live != null) {
                live.finish();
            }
        } catch (BundleException e) {
            System.err.println("kakuri: the framework did not stop cleanly: " + Errors.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopListening() {
        if (live != null) {
            try {
                live.close();
            } catch (IOException e) {
                System.err.println("kakuri: cannot delete " + live.socket() + ": " + Errors.reason(e));
            }
        }
    }
}
