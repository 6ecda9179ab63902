package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.vm.GuestModule;
import org.kakuri.api.vm.Walk;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.KernelModel;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Loaded modules (kernel/module/procfs.c). */
final class ModuleTable {
    private static final int MOST = 4096;
    private static final int MOST_USERS = 256;
    private static final int UNFORMED = 3;
    private static final String[] STATES = {"Live", "Loading", "Unloading"};

    private final KernelMemory memory;
    private final int list;
    private final Field state;
    private final int name;
    private final int nameBytes;
    private final Field references;
    private final int users;
    private final int userLink;
    private final Field user;
    private final List<Field> sizes = new ArrayList<>();
    private final Field base;

    ModuleTable(KernelMemory memory) {
        this.memory = memory;
        KernelModel model = memory.model();
        Struct module = Struct.of(model, "module");
        this.list = module.offset("list");
        this.state = module.field("state");
        this.name = module.offset("name");
        this.nameBytes = module.bytes("name");
        this.references = module.field("refcnt");
        this.users = module.offset("source_list");
        Struct use = Struct.of(model, "module_use");
        this.userLink = use.offset("source_list");
        this.user = use.field("source");
        if (module.has("mem")) {
            // From 6.4: an array of regions, text first.
            Struct region = Struct.of(model, "module_memory");
            int count = module.length("mem");
            int each = module.bytes("mem") / count;
            for (int i = 0; i < count; i++) {
                sizes.add(new Field(module.offset("mem") + i * each + region.offset("size"), 4));
            }
            this.base = new Field(module.offset("mem") + region.offset("base"), 8);
        } else {
            sizes.add(module.field("core_layout.size"));
            sizes.add(module.field("init_layout.size"));
            this.base = module.field("core_layout.base");
        }
    }

    Walk<GuestModule> walk() {
        Skips skips = new Skips();
        List<GuestModule> rows = new ArrayList<>();
        new Chain(memory, skips, "modules", MOST).circular(memory.symbol("modules"), node -> {
            long module = node - list;
            int is = state.integer(memory, module);
            if (is >= 0 && is < UNFORMED) {
                rows.add(row(module, STATES[is], skips));
            }
        });
        return new Walk<>(rows, skips.list());
    }

    private GuestModule row(long module, String is, Skips skips) {
        long bytes = 0;
        for (Field size : sizes) {
            bytes += size.get(memory, module);
        }
        List<String> by = new ArrayList<>();
        new Chain(memory, skips, "module.source_list", MOST_USERS).circular(module + users,
                node -> by.add(memory.text(user.get(memory, node - userLink) + name, nameBytes)));
        return new GuestModule(memory.text(module + name, nameBytes), bytes, references.integer(memory, module) - 1, by,
                is, base.get(memory, module));
    }
}
