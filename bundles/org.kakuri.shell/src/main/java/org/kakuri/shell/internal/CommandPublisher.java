package org.kakuri.shell.internal;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.kakuri.api.command.CommandSet;
import org.kakuri.api.tee.EventTraces;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Publishes every {@link CommandSet} to Gogo, one function each, and withdraws them when the set goes. */
@Component(service = CommandPublisher.class, immediate = true)
public final class CommandPublisher {
    private final BundleContext context;
    private final Map<CommandSet, List<ServiceRegistration<Function>>> published = new ConcurrentHashMap<>();
    private final Map<String, CommandFunction> commands = new ConcurrentHashMap<>();

    /** What {@code --trace} shows; absent where no machine model is. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile EventTraces traces;

    /** Remembers where to register. */
    @Activate
    public CommandPublisher(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addCommands(CommandSet set, Map<String, Object> properties) {
        String scope = (String) properties.get(CommandSet.SCOPE);
        Object functions = properties.get(CommandSet.FUNCTION);
        List<ServiceRegistration<Function>> registrations = new ArrayList<>();
        for (String function : functions instanceof String[] many ? many : new String[] {(String) functions}) {
            var names = new Hashtable<String, Object>();
            names.put(CommandProcessor.COMMAND_SCOPE, scope);
            names.put(CommandProcessor.COMMAND_FUNCTION, function);
            var command = new CommandFunction(scope, function, set, () -> traces);
            commands.put(command.name(), command);
            registrations.add(context.registerService(Function.class, command, names));
        }
        published.put(set, registrations);
    }

    /** Returns a command by its name, with its scope or, if that is clear, without. */
    Optional<CommandFunction> command(String name) {
        if (name.contains(":")) {
            return Optional.ofNullable(commands.get(name));
        }
        List<CommandFunction> found = commands.values().stream().filter(c -> c.name().endsWith(":" + name)).toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    void removeCommands(CommandSet set) {
        commands.values().removeIf(command -> command.belongsTo(set));
        List<ServiceRegistration<Function>> registrations = published.remove(set);
        if (registrations != null) {
            registrations.forEach(ServiceRegistration::unregister);
        }
    }

    /** Withdraws everything. */
    @Deactivate
    void stop() {
        List.copyOf(published.keySet()).forEach(this::removeCommands);
    }
}
