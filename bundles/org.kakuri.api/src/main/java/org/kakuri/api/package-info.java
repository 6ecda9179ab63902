/**
 * Words that all API packages share: labels of numbers, what a count was able to see, and the exceptions that every service
 * throws.
 */
@Export
@Version("1.0.0")
package org.kakuri.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
