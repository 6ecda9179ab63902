package org.kakuri.domain.internal.closure;

import java.nio.file.Path;

/**
 * The content of a bundle as a file.
 *
 * @param symbolicName of the bundle
 * @param file the jar
 * @param sha256 its digest, in hexadecimal
 */
public record BundleJar(String symbolicName, Path file, String sha256) {}
