package org.kakuri.platform.vm.internal.linux;

import java.util.ArrayList;
import java.util.List;
import org.kakuri.api.vm.GuestTask.TaskOwner;
import org.kakuri.platform.vm.internal.kernel.Field;
import org.kakuri.platform.vm.internal.kernel.KernelMemory;
import org.kakuri.platform.vm.internal.kernel.Struct;

/** Credentials (struct cred). */
final class OwnerReader {
    private static final int MOST_GROUPS = 1024;

    private final KernelMemory memory;
    private final List<Field> uids;
    private final List<Field> gids;
    private final Field groups;
    private final Field groupCount;
    private final int groupNumbers;
    private final List<Field> capabilities;

    OwnerReader(KernelMemory memory) {
        this.memory = memory;
        Struct cred = Struct.of(memory.model(), "cred");
        this.uids = List.of(cred.field("uid"), cred.field("euid"), cred.field("suid"), cred.field("fsuid"));
        this.gids = List.of(cred.field("gid"), cred.field("egid"), cred.field("sgid"), cred.field("fsgid"));
        this.groups = cred.field("group_info");
        Struct info = Struct.of(memory.model(), "group_info");
        this.groupCount = info.field("ngroups");
        this.groupNumbers = info.offset("gid");
        this.capabilities = List.of(cred.field("cap_effective"), cred.field("cap_permitted"),
                cred.field("cap_inheritable"), cred.field("cap_bset"), cred.field("cap_ambient"));
    }

    TaskOwner read(long cred) {
        List<Long> sets = capabilities.stream().map(field -> field.get(memory, cred)).toList();
        return new TaskOwner(numbers(uids, cred), numbers(gids, cred), groups(groups.get(memory, cred)), sets.get(0),
                sets.get(1), sets.get(2), sets.get(3), sets.get(4));
    }

    private List<Integer> numbers(List<Field> fields, long cred) {
        List<Integer> numbers = new ArrayList<>(fields.size());
        for (Field field : fields) {
            numbers.add(field.integer(memory, cred));
        }
        return numbers;
    }

    private List<Integer> groups(long info) {
        List<Integer> numbers = new ArrayList<>();
        int count = info == 0 ? 0 : Math.min(MOST_GROUPS, groupCount.integer(memory, info));
        for (int i = 0; i < count; i++) {
            numbers.add(memory.s32(info + groupNumbers + 4L * i));
        }
        return numbers;
    }
}
