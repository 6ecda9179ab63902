/**
 * Reads experiment files. What cannot be understood is never guessed: each error names file, line, column, the key's path and
 * what to write instead, and as many errors as there are are told at once.
 */
package org.kakuri.engine.internal.yaml;
