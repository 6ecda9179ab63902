/** The commands of scopes exp and res, and what they show. */
package org.kakuri.engine.internal.command;
