package org.kakuri.api.command;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How the {@link Words} of a command method are read. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface WordsSyntax {
    /** Returns the names, without dashes, that take no value. */
    String[] flags() default {};

    /** Returns whether {@code name=value} names a value. */
    boolean assignments() default false;
}
