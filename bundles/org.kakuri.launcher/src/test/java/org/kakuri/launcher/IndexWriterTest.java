package org.kakuri.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class IndexWriterTest {

    private static final String NEEDS_SCR = "osgi.extender;filter:=\"(&(osgi.extender=osgi.component)(version>=1.5.0))\"";

    @TempDir
    Path folder;

    @BeforeEach
    void base() throws IOException {
        new Jars("scr")
                .header("Provide-Capability", "osgi.extender;osgi.extender=osgi.component;version:Version=\"1.5.0\"")
                .write(folder);
        new Jars("api").header("Export-Package", "k.api;version=\"1.0.0\"").write(folder);
        new Jars("shell").header("Require-Capability", NEEDS_SCR)
                .component("OneShot", """
                        <implementation class="x.OneShot"/><service><provide interface="java.util.function.ToIntBiFunction"/></service>
                        <property name="kakuri.oneshot" type="Boolean" value="true"/>""")
                .component("Publisher", """
                        <implementation class="x.Publisher"/>
                        <reference name="c" interface="k.api.CommandSet" cardinality="0..n"/>""")
                .write(folder);
    }

    @Test
    void followsPackagesReferencesAndExtendersAndNothingElse() throws IOException {
        new Jars("tee").header("Import-Package", "k.api;version=\"[1.0,2)\"")
                .header("Require-Capability", NEEDS_SCR)
                .component("None", """
                        <implementation class="x.None"/><service><provide interface="k.api.Backend"/></service>""")
                .write(folder);
        new Jars("commands").component("Tee", command("osgi", "tee", "list", "k.api.Backend")).write(folder);
        new Jars("unrelated").component("Other", """
                <implementation class="x.Other"/><service><provide interface="k.api.Other"/></service>""")
                .write(folder);

        assertEquals(Set.of("scr.jar", "shell.jar", "api.jar", "tee.jar", "commands.jar"), needs("tee:list"));
    }

    @Test
    void putsProvidersBeforeTheirUsers() throws IOException {
        new Jars("aaa-user").header("Import-Package", "k.api")
                .component("Tee", command("osgi", "tee", "list", "k.Z"))
                .write(folder);
        new Jars("zzz-provider").header("Require-Capability", NEEDS_SCR).component("Z", """
                <implementation class="x.Z"/><service><provide interface="k.Z"/></service>""").write(folder);

        List<String> order = index().commands().get("tee:list").bundles();

        assertTrue(order.indexOf("scr.jar") < order.indexOf("zzz-provider.jar"), order::toString);
        assertTrue(order.indexOf("zzz-provider.jar") < order.indexOf("aaa-user.jar"), order::toString);
        assertTrue(order.indexOf("api.jar") < order.indexOf("aaa-user.jar"), order::toString);
    }

    @Test
    void takesAllProvidersOfAReferenceAndWhatTheyReferTo() throws IOException {
        new Jars("commands").component("Tee", command("osgi", "tee", "list", "k.Tracker")).write(folder);
        new Jars("core").component("Tracker", """
                <implementation class="x.T"/><service><provide interface="k.Tracker"/></service>
                <reference name="b" interface="k.Backend" cardinality="0..n"/>""").write(folder);
        for (String name : List.of("none", "zone")) {
            new Jars(name).component(name, """
                    <implementation class="x.B"/><service><provide interface="k.Backend"/></service>""").write(folder);
        }

        assertEquals(Set.of("scr.jar", "shell.jar", "commands.jar", "core.jar", "none.jar", "zone.jar"),
                needs("tee:list"));
    }

    @Test
    void countsServicesThatABundleLooksUpByHand() throws IOException {
        new Jars("commands").component("Tee", command("osgi", "tee", "list", "k.Tracker")).write(folder);
        new Jars("core").header("Require-Capability",
                "osgi.service;filter:=\"(objectClass=k.Backend)\";effective:=active;resolution:=optional;cardinality:=multiple")
                .component("Tracker", """
                        <implementation class="x.T"/><service><provide interface="k.Tracker"/></service>""")
                .write(folder);
        new Jars("none").component("None", """
                <implementation class="x.B"/><service><provide interface="k.Backend"/></service>""").write(folder);

        assertEquals(Set.of("scr.jar", "shell.jar", "commands.jar", "core.jar", "none.jar"), needs("tee:list"));
    }

    @Test
    void oneCommandDoesNotPullInTheOthersThroughTheirPublisher() throws IOException {
        new Jars("tee").component("Tee", command("kakuri", "tee", "list", "k.None")).write(folder);
        new Jars("exp").component("Exp", command("kakuri", "exp", "run", "k.None")).write(folder);

        assertEquals(Set.of("scr.jar", "shell.jar", "tee.jar"), needs("tee:list"));
        assertEquals(Set.of("exp:run", "tee:list"), index().commands().keySet());
    }

    @Test
    void aFunctionOfTwoComponentsNeedsBoth() throws IOException {
        new Jars("one").component("One", command("osgi", "wb", "open", "k.None")).write(folder);
        new Jars("two").component("Two", command("osgi", "wb", "open", "k.None")).write(folder);

        assertEquals(Set.of("scr.jar", "shell.jar", "one.jar", "two.jar"), needs("wb:open"));
    }

    @Test
    void leavesAnOptionalImportOutAndAnImportOfTheSystemAlone() throws IOException {
        new Jars("commands")
                .header("Import-Package", "k.api;resolution:=optional,org.osgi.framework;version=\"[1.8,2)\"")
                .component("Tee", command("osgi", "tee", "list", "k.None"))
                .write(folder);

        assertEquals(Set.of("scr.jar", "shell.jar", "commands.jar"), needs("tee:list"));
    }

    @Test
    void listsEveryBundleForTheShell() throws IOException {
        assertEquals(Set.of("scr.jar", "api.jar", "shell.jar"), Set.copyOf(index().bundles()));
    }

    @Test
    void takesFromTheCommandSetWhichActOnTheWorkbenchThatRuns() throws IOException {
        new Jars("commands").component("Tee", """
                <implementation class="java.lang.Object"/><service><provide interface="k.api.CommandSet"/></service>
                <property name="kakuri.command.scope" value="tee"/>
                <property name="kakuri.command.function" type="String">info
                list
                use
                calibrate
                </property>
                <property name="kakuri.command.live" type="String">use
                calibrate
                </property>
                <property name="kakuri.command.live.if.running" type="String">list
                calibrate
                </property>""").write(folder);

        var commands = index().commands();
        assertEquals(List.of(CommandIndex.Live.NO, CommandIndex.Live.SHOWS, CommandIndex.Live.CHANGES,
                CommandIndex.Live.EITHER),
                Stream.of("info", "list", "use", "calibrate").map(f -> commands.get("tee:" + f).live()).toList());
    }

    @Test
    void takesTheFirstLineOfAMethodsDescriptor() throws IOException {
        new Jars("commands").type(Described.class).component("Tee", """
                <implementation class="%s"/><service><provide interface="java.lang.Object"/></service>
                <property name="osgi.command.scope" value="tee"/>
                <property name="osgi.command.function" type="String">show-all
                hidden
                </property>""".formatted(Described.class.getName())).write(folder);

        assertEquals("Shows all of them", index().commands().get("tee:show-all").description());
        assertEquals("", index().commands().get("tee:hidden").description());
    }

    @Test
    void refusesAJarThatIsNoBundleOrLacksADescription() throws IOException {
        Path missing = new Jars("broken").header("Service-Component", "OSGI-INF/gone.xml").write(folder);
        assertEquals(missing + " names the component description OSGI-INF/gone.xml and does not contain it",
                assertThrows(IOException.class, () -> BundleFacts.read(missing)).getMessage());

        Path cut = new Jars("cut").component("Cut", "<implementation").write(folder);
        assertTrue(assertThrows(IOException.class, () -> BundleFacts.read(cut)).getMessage()
                .startsWith(cut + "!OSGI-INF/Cut.xml is no component description: "));

        Path plain = folder.resolve("plain.jar");
        Files.move(missing, plain);
        Path noBundle = new Jars("x").header("Bundle-SymbolicName", "").write(folder);
        assertThrows(RuntimeException.class, () -> BundleFacts.read(noBundle));
    }

    private static String command(String kind, String scope, String function, String reference) {
        return """
                <implementation class="%5$s"/><service><provide interface="k.api.CommandSet"/></service>
                <property name="%1$s.command.scope" value="%2$s"/>
                <property name="%1$s.command.function" type="String">%3$s
                </property>
                <reference name="r" interface="%4$s"/>""".formatted(kind, scope, function, reference,
                Object.class.getName());
    }

    private Set<String> needs(String command) throws IOException {
        return Set.copyOf(index().commands().get(command).bundles());
    }

    private CommandIndex index() throws IOException {
        Path out = folder.resolve("index");
        IndexWriter.main(new String[] {folder.toString(), out.toString()});
        return CommandIndex.read(out);
    }

    /** Commands as Gogo knows them. */
    static final class Described {
        private Described() {}

        @Descriptor("Shows all of them\nand more")
        public String showAll() {
            return "all";
        }

        public String hidden() {
            return "";
        }
    }
}
