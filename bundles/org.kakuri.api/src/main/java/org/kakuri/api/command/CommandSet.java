package org.kakuri.api.command;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A service whose public methods are shell commands. The shell publishes each function named in the properties and gives all of
 * them {@code --help}, {@code --json} and {@code --trace}. Methods return records, lists of records or text holders; they
 * print nothing.
 *
 * <p>A method takes what Gogo coerces (texts, numbers, {@code @Parameter} flags), or one {@link Words} to read its arguments
 * itself.
 */
@ConsumerType
public interface CommandSet {
    /** Service property. String. The scope of the commands, for example {@code tee}. */
    String SCOPE = "kakuri.command.scope";

    /** Service property. String or String[]. The functions; each is the name of a public method, a hyphen read as camel case. */
    String FUNCTION = "kakuri.command.function";
}
