package org.kakuri.system.scwatcher.internal;

import java.util.Hashtable;
import java.util.concurrent.atomic.AtomicInteger;
import org.kakuri.api.runtime.ServedTree;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/**
 * A tree that runtimes find under a name of its own until it is closed.
 *
 * @param name what {@code served:NAME} takes
 * @param registration of the service
 */
record OfferedTree(String name, ServiceRegistration<ServedTree> registration) implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** Offers it. */
    static OfferedTree of(BundleContext context, ServedTree tree) {
        String name = "vm-" + NUMBER.incrementAndGet();
        var properties = new Hashtable<String, Object>();
        properties.put(ServedTree.NAME, name);
        return new OfferedTree(name, context.registerService(ServedTree.class, tree, properties));
    }

    /** Returns the value of a mount option. */
    String option() {
        return "served:" + name;
    }

    @Override
    public void close() {
        registration.unregister();
    }
}
