package org.kakuri.api.vm;

/**
 * Paths of a process as /proc/PID has them; empty where there is none.
 *
 * @param executable
 *            its program
 * @param directory
 *            its working directory
 * @param root
 *            its root
 */
public record TaskPaths(String executable, String directory, String root) {}
