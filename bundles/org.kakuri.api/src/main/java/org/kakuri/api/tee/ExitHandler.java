package org.kakuri.api.tee;

/** The host side of a running context. */
@FunctionalInterface
public interface ExitHandler {
    /**
     * Called on the context's thread after it left the instance.
     *
     * @param exit why it left
     * @return how to enter it again
     */
    Resume onExit(Exit exit);
}
