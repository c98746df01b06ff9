// What functions and sources talk to: brokers, clusters, databases, object stores.
#include "config/table.hpp"

namespace forager::config {

Section redis_section()
{
    const auto redis = [](auto& settings, std::size_t) -> auto& { return settings.redis; };
    return {"redis",
            "The Redis server that channels and streams are heard on.",
            {
                key(redis, "url", &RedisConfig::url, url({"redis", "rediss", "unix"}),
                    R"(As "redis://127.0.0.1:6379/0"; rediss:// with TLS; empty: no Redis. )"
                    "REDIS_ADDRESS, REDIS_PORT, REDIS_DB and REDIS_TLS make one, too.",
                    {"REDIS_URL"}),
                key(redis, "user", &RedisConfig::user, text(), "The user, where the URL has none.", {"REDIS_USERNAME"}),
                key(redis, "password", &RedisConfig::password, secret(), "The password, where the URL has none.",
                    {"REDIS_PASSWORD"}),
                key(redis, "ca_file", &RedisConfig::ca_file, path(),
                    "Authorities (PEM) that the server's certificate may come from; empty: the system's."),
                key(redis, "cert_file", &RedisConfig::cert_file, path(),
                    "The agent's own certificate (PEM), where the server wants one."),
                key(redis, "key_file", &RedisConfig::key_file, path(), "That certificate's private key (PEM)."),
            }};
}

Section mqtt_section()
{
    const auto mqtt = [](auto& settings, std::size_t) -> auto& { return settings.mqtt; };
    return {"mqtt",
            "The MQTT 5 broker that topics are heard on.",
            {
                key(mqtt, "url", &MqttConfig::url, url({"mqtt", "mqtts"}),
                    R"(As "mqtt://127.0.0.1:1883"; mqtts:// with TLS; empty: no MQTT.)"),
                key(mqtt, "user", &MqttConfig::user, text(), "The user, where the URL has none."),
                key(mqtt, "password", &MqttConfig::password, secret(), "The password, where the URL has none."),
                key(mqtt, "client_id", &MqttConfig::client_id, text(),
                    "What the names of its connections begin with; empty: the agent's name."),
                key(mqtt, "ca_file", &MqttConfig::ca_file, path(),
                    "Authorities (PEM) that the broker's certificate may come from; empty: the system's."),
                key(mqtt, "cert_file", &MqttConfig::cert_file, path(),
                    "The agent's own certificate (PEM), where the broker wants one."),
                key(mqtt, "key_file", &MqttConfig::key_file, path(), "That certificate's private key (PEM)."),
            }};
}

Section broker_section()
{
    const auto broker = [](auto& settings, std::size_t) -> auto& { return settings.broker; };
    return {
        "broker",
        "What is done with messages of brokers.",
        {
            key(broker, "channels", &BrokerConfig::channels, flag(),
                "Whether the container channels are served, over each broker that is configured; with REDIS_ADDRESS in "
                "the environment they are, unless something says false."),
            key(broker, "streams", &BrokerConfig::streams, flag(),
                "Whether the same requests are taken from the stream containers of each broker that has streams."),
            key(broker, "buffer", &BrokerConfig::buffer, number<std::size_t>(1, 10'000'000),
                "Messages that wait in memory for one handler, which may hold 64 MB; more are dropped, and the log "
                "says "
                "how many."),
            key(broker, "at_once", &BrokerConfig::at_once, number<std::size_t>(1, 100'000),
                "Calls of one handler that go on at once, where it waits for something."),
        }};
}

Section kubernetes_section()
{
    const auto kubernetes = [](auto& settings, std::size_t) -> auto& { return settings.kubernetes; };
    return {"kubernetes",
            "The Kubernetes cluster.",
            {
                key(kubernetes, "kubeconfig", &KubernetesConfig::kubeconfig, path(),
                    "The file with address and credentials; empty: the account of the pod that the agent runs in.",
                    {"KUBECONFIG"}),
                key(kubernetes, "context", &KubernetesConfig::context, text(),
                    "The context of that file; empty: its current one."),
                key(kubernetes, "namespace", &KubernetesConfig::name_space, text(),
                    "Where objects are looked for; empty: in the context's namespace, or that of the pod.",
                    {"EXECUTOR_K8S_NAMESPACE", "EXECUTOR_NAMESPACE"}),
                key(kubernetes, "volume", &KubernetesConfig::volume, text(),
                    "The volume claim that holds what is below colony.fs_dir, for the pods of k8s.execute; empty: they "
                    "have no files of the colony.",
                    {"EXECUTOR_K8S_PVC"}),
            }};
}

Section postgres_section()
{
    const auto postgres = [](auto& settings, std::size_t) -> auto& { return settings.postgres; };
    return {"postgres",
            "The database that backup.backup dumps.",
            {
                key(postgres, "host", &PostgresConfig::host, text(),
                    "The server's host, or the folder of its socket; empty: no database.", {"DB_HOST"}),
                key(postgres, "port", &PostgresConfig::port, number<std::uint16_t>(1, 65'535), "The server's port.",
                    {"DB_PORT"}),
                key(postgres, "user", &PostgresConfig::user, text(), "The user who may read all of it.", {"DB_USER"}),
                key(postgres, "password", &PostgresConfig::password, secret(), "The user's password.", {"DB_PASSWORD"}),
                key(postgres, "database", &PostgresConfig::database, text(), "The database, where the call names none.",
                    {"DB_DATABASE"}),
                key(postgres, "backups", &PostgresConfig::backups, number<std::size_t>(1, 100'000),
                    "How many dumps of each database are kept.", {"FULL_BACKUPS"}),
                key(postgres, "backup_dir", &PostgresConfig::backup_dir, path(),
                    "Where dumps lie until they are stored; empty: in the state folder.", {"BACKUP_PATH"}),
            }};
}

Section s3_section()
{
    const auto s3 = [](auto& settings, std::size_t) -> auto& { return settings.s3; };
    return {"s3",
            "The object store for files, results and dumps.",
            {
                key(s3, "endpoint", &S3Config::endpoint, endpoint(),
                    "HOST:PORT, or a URL of http:// or https://; empty: no object store.", {"AWS_S3_ENDPOINT"}),
                key(s3, "region", &S3Config::region, text(), "The region; empty: what the server takes for one.",
                    {"AWS_S3_REGION", "AWS_S3_REGION_KEY"}),
                key(s3, "bucket", &S3Config::bucket, text(), "The bucket.", {"AWS_S3_BUCKET", "AWS_S3_BUCKET_NAME"}),
                key(s3, "access_key", &S3Config::access_key, text(), "Who the agent is to the store.",
                    {"AWS_S3_ACCESSKEY", "AWS_S3_ACCESS_KEY"}),
                key(s3, "secret_key", &S3Config::secret_key, secret(), "What it signs its requests with.",
                    {"AWS_S3_SECRETKEY", "AWS_S3_SECRET_ACCESS_KEY"}),
                key(s3, "path_style", &S3Config::path_style, flag(),
                    "Whether the bucket stands in the path, not in the host's name."),
                key(s3, "tls", &S3Config::tls, flag(), "Whether an endpoint without a scheme is spoken to over TLS.",
                    {"AWS_S3_TLS", "AWS_S3_SECURE"}),
                key(s3, "skip_verify", &S3Config::skip_verify, flag(), "Whether any certificate is good enough.",
                    {"AWS_S3_SKIPVERIFY", "AWS_S3_INSECURE_SKIP_VERIFY"}),
                key(s3, "ca_file", &S3Config::ca_file, path(),
                    "Authorities (PEM) that the store's certificate may come from; empty: the system's."),
            }};
}

Section backup_section()
{
    const auto backup = [](auto& settings, std::size_t) -> auto& { return settings.backup; };
    return {
        "backup",
        "How backups are stored.",
        {
            key(backup, "prefix", &BackupConfig::prefix, text(),
                "The folder of the bucket that they lie in: PREFIX/MACHINE/postgres/DATABASE/… ."),
            key(backup, "encryption_key", &BackupConfig::encryption_key, secret(),
                "What backups are encrypted for, in the format of age: a secret key, as age-keygen writes it, or a "
                "recipient (age1…), whose backups can be read elsewhere alone; several stand on lines of their own. "
                "Empty: they are not encrypted."),
        }};
}

} // namespace forager::config
