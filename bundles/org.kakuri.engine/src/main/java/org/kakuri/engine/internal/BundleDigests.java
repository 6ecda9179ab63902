package org.kakuri.engine.internal;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What code took part in a run: each bundle with the SHA-256 of its jar. */
final class BundleDigests {

    private BundleDigests() {}

    /** Returns symbolic name and version to digest, or to the reason why it cannot be had. */
    static Map<String, String> of(BundleContext context) {
        var digests = new LinkedHashMap<String, String>();
        for (Bundle bundle : context.getBundles()) {
            if (bundle.getBundleId() != 0) {
                digests.put(bundle.getSymbolicName() + " " + bundle.getVersion(),
                        jar(bundle.getLocation()).map(BundleDigests::digest).orElse("no readable jar"));
            }
        }
        return digests;
    }

    private static Optional<Path> jar(String location) {
        String url = location.startsWith("reference:") ? location.substring("reference:".length()) : location;
        try {
            return url.startsWith("file:")
                    ? Optional.of(Path.of(URI.create(url).getPath())).filter(Files::isRegularFile)
                    : Optional.empty();
        } catch (IllegalArgumentException notAFile) {
            return Optional.empty();
        }
    }

    private static String digest(Path jar) {
        try (InputStream in = new DigestInputStream(Files.newInputStream(jar), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return "sha256:" + HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
        } catch (IOException failure) {
            return "unreadable: " + failure;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
