package org.kakuri.shell.internal;

import java.util.Collection;
import org.apache.felix.service.command.Converter;
import org.kakuri.api.command.TextView;
import org.osgi.service.component.annotations.Component;

/** Renders what commands return: lists of records as tables, a record as a sheet, a {@link TextView} as it says. */
@Component(service = Converter.class, property = "osgi.converter.classes=java.lang.Record")
public final class RecordConverter implements Converter {

    @Override
    public Object convert(Class<?> wanted, Object in) {
        return null;
    }

    @Override
    public CharSequence format(Object target, int level, Converter escape) {
        return switch (target) {
        case TextView view -> view.text();
        case Collection<?> many when !many.isEmpty() && many.iterator().next() instanceof Record -> Tables
                .table(many);
        case Record one when level == Converter.LINE || level == Converter.PART -> Tables.line(one);
        case Record one -> Tables.sheet(one);
        case null, default -> null;
        };
    }
}
