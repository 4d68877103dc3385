//! RDS: taking a database away for good, after it has moved.

use model::Failure;

use crate::rds::{Family, Rds};

impl Rds {
    /// Says whether a database may be deleted.
    pub async fn set_deletion_protection(&self, family: Family, id: &str, protected: bool) -> Result<(), Failure> {
        match family {
            Family::Instance => {
                let call = self.once.modify_db_instance().db_instance_identifier(id);
                let call = call.deletion_protection(protected).apply_immediately(true);
                call.send().await.map(drop).map_err(self.failed("ModifyDBInstance"))
            }
            Family::Cluster => {
                let call = self.once.modify_db_cluster().db_cluster_identifier(id);
                let call = call.deletion_protection(protected).apply_immediately(true);
                call.send().await.map(drop).map_err(self.failed("ModifyDBCluster"))
            }
        }
    }

    /// Deletes a database with its automated backups. Its last snapshot was taken and proved before, by a call of its own: the one that this
    /// call could take nobody sees before the database is gone.
    pub async fn delete_for_good(&self, family: Family, id: &str) -> Result<(), Failure> {
        match family {
            Family::Instance => {
                let call = self.once.delete_db_instance().db_instance_identifier(id);
                let call = call.skip_final_snapshot(true).delete_automated_backups(true);
                call.send().await.map(drop).map_err(self.failed("DeleteDBInstance"))
            }
            Family::Cluster => {
                let call = self.once.delete_db_cluster().db_cluster_identifier(id);
                let call = call.skip_final_snapshot(true).delete_automated_backups(true);
                call.send().await.map(drop).map_err(self.failed("DeleteDBCluster"))
            }
        }
    }
}
