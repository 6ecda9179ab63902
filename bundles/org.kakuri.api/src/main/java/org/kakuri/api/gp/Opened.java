package org.kakuri.api.gp;

import java.util.Optional;

/**
 * What opening a session came back with.
 *
 * @param returned the code
 * @param session the session, present if and only if successful
 */
public record Opened(Returned returned, Optional<ClientSession> session) {}
