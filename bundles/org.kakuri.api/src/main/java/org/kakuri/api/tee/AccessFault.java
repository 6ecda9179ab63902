package org.kakuri.api.tee;

/**
 * A refusal issued by a checker of the machine. Only checkers make these; a verdict "blocked" is built from one.
 *
 * @param checker name of the checker, as its switch is spelled: {@code tzasc}, {@code epcm}, {@code rmp}, {@code gpt}
 * @param rule the specification's rule: document, edition, section
 * @param actor who tried
 * @param range what was touched, in physical addresses
 * @param write whether it was a store
 * @param detail the values that decided
 */
public record AccessFault(String checker, String rule, Actor actor, Range range, boolean write, String detail)
        implements
            Access {}
