#include "clients/colonies/types/file.hpp"

#include "clients/colonies/types/members.hpp"

namespace forager::colonies {

namespace {

// Readers of other languages expect all members to be there.
void empty_members(Writer& io)
{
    for (const char* name : {"accesskey", "secretkey", "encryptionkey", "encryptionalg"})
        io(name, std::string{});
}

void empty_members(Reader&) {}

} // namespace

void members(auto& io, Is<StoredAt> auto& stored)
{
    io("server", stored.server);
    io("port", stored.port);
    io("tls", stored.tls);
    io("region", stored.region);
    io("object", stored.object);
    io("bucket", stored.bucket);
    empty_members(io);
}

void members(auto& io, Is<FileReference> auto& reference)
{
    io("protocol", reference.protocol);
    io("s3object", reference.object);
}

void members(auto& io, Is<File> auto& file)
{
    io("fileid", file.id);
    io("colonyname", file.colony);
    io("label", file.label);
    io("name", file.name);
    io("size", file.size);
    io("sequencenr", file.sequence);
    io("checksum", file.checksum);
    io("checksumalg", file.checksum_kind);
    io("ref", file.reference);
    io("added", file.added);
}

void members(auto& io, Is<FileData> auto& data)
{
    io("name", data.name);
    io("checksum", data.checksum);
    io("size", data.size);
    io("s3filename", data.object);
}

void members(auto& io, Is<Label> auto& label)
{
    io("name", label.name);
    io("files", label.files);
}

void members(auto& io, Is<Snapshot> auto& snapshot)
{
    io("snapshotid", snapshot.id);
    io("colonyname", snapshot.colony);
    io("label", snapshot.label);
    io("name", snapshot.name);
    io("fileids", snapshot.files);
    io("added", snapshot.added);
}

std::string_view name_of(const File&)
{
    return "file";
}

std::string_view name_of(const FileData&)
{
    return "filedata";
}

std::string_view name_of(const Label&)
{
    return "label";
}

std::string_view name_of(const Snapshot&)
{
    return "snapshot";
}

template Result<File> read(const Value&);
template Result<std::vector<File>> read_list(const Value&);
template Object to_object(const File&);
template Result<FileData> read(const Value&);
template Result<std::vector<FileData>> read_list(const Value&);
template Object to_object(const FileData&);
template Result<Label> read(const Value&);
template Result<std::vector<Label>> read_list(const Value&);
template Object to_object(const Label&);
template Result<Snapshot> read(const Value&);
template Result<std::vector<Snapshot>> read_list(const Value&);
template Object to_object(const Snapshot&);

} // namespace forager::colonies
