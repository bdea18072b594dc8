// This package, because what a node is put together from (NodeConstruction and
// NodeServiceProvider) is visible only inside it. The class path has no module
// borders, so a second jar may add to a package.
package org.elasticsearch.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.FlatPlugins;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.transport.netty4.Netty4Plugin;

import otklik.engines.RootEndpoint;

/** One Elasticsearch node from jars: {@code SingleNode FOLDER HTTP_PORT TRANSPORT_PORT}. */
public final class SingleNode extends Node {

    private static final String NAME = "otklik-test";

    private static final String LOGGING = """
        status = error
        appender.out.type = Console
        appender.out.name = out
        appender.out.layout.type = PatternLayout
        appender.out.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
        rootLogger.level = warn
        rootLogger.appenderRef.out.ref = out
        """;

    private SingleNode(Environment environment) {
        super(NodeConstruction.prepareConstruction(
            environment,
            PluginsLoader.createPluginsLoader(Set.of(), Set.of(), Map.of(), false),
            new Services(),
            true
        ));
    }

    /** Everything as it is, but the plugins come from the class path. */
    private static final class Services extends NodeServiceProvider {
        @Override
        PluginsService newPluginService(Environment environment, PluginsLoader loader) {
            List<Class<? extends Plugin>> plugins = List.of(Netty4Plugin.class, RootEndpoint.class);
            return new FlatPlugins(environment, loader, plugins);
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            System.err.println("usage: SingleNode FOLDER HTTP_PORT TRANSPORT_PORT");
            System.exit(2);
        }
        Path folder = Path.of(args[0]).toAbsolutePath();
        Path config = Files.createDirectories(folder.resolve("config"));
        for (String name : List.of("data", "logs", "lib", "modules", "plugins")) {
            Files.createDirectories(folder.resolve(name));
        }
        Files.writeString(config.resolve("log4j2.properties"), LOGGING);

        LogConfigurator.configureESLogging();
        LogConfigurator.registerErrorListener();
        LogConfigurator.setNodeName(NAME);
        Settings settings = settings(folder, args[1], args[2]);
        Environment environment = InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), config, () -> NAME);
        LogConfigurator.configure(environment, true);

        SingleNode node = new SingleNode(environment);
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception e) {
                e.printStackTrace();
            } finally {
                ended.countDown();
            }
        }));
        node.start();
        System.out.println("READY");
        ended.await();
    }

    private static Settings settings(Path folder, String httpPort, String transportPort) {
        return Settings.builder()
            .put("path.home", folder)
            .put("path.data", folder.resolve("data"))
            .put("path.logs", folder.resolve("logs"))
            .put("cluster.name", NAME)
            .put("node.name", NAME)
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.type", "netty4")
            .put("http.port", httpPort)
            .put("transport.type", "netty4")
            .put("transport.port", transportPort)
            // A developer's disk is often nearly full; that would make indices read-only.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    }
}
