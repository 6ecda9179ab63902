package org.kakuri.api.tee;

/** Code that executes inside an instance. */
@FunctionalInterface
public interface InsideCode {
    /**
     * Runs to the end of the context.
     *
     * @param inside what only code inside can do; not to be kept after return
     * @return the context's status
     * @throws Exception a fault of the code; the context ends with {@link Exit.Fault}
     */
    int run(Inside inside) throws Exception;
}
